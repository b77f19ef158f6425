{{ justice.staged_versions('police', 'custody_records') }}
