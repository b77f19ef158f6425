{{ justice.staged_as_now_known('hmcts', 'hearing_defendants') }}
