{{ justice.staged_versions('prison', 'sentences') }}
