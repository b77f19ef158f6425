{{ justice.staged_versions('hmcts', 'cases') }}
