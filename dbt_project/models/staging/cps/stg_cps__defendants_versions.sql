{{ justice.staged_versions('cps', 'defendants') }}
