{{ justice.staged_as_now_known('hmcts', 'cases') }}
