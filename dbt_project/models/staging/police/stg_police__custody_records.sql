{{ justice.staged_as_now_known('police', 'custody_records') }}
