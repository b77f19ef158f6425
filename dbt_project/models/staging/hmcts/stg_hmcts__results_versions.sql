{{ justice.staged_versions('hmcts', 'results') }}
