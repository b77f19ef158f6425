{{ justice.staged_versions('hmcts', 'hearings') }}
