{{ justice.staged_versions('prison', 'custody_spells') }}
