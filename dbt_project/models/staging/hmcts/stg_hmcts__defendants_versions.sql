{{ justice.staged_versions('hmcts', 'defendants') }}
