{{ justice.staged_versions('hmcts', 'offences') }}
