{{ justice.staged_versions('probation', 'orders') }}
