{{ justice.staged_as_now_known('prison', 'custody_spells') }}
