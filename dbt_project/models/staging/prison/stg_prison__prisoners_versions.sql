{{ justice.staged_versions('prison', 'prisoners') }}
