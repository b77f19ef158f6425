{{ justice.staged_versions('hmcts', 'hearing_defendants') }}
