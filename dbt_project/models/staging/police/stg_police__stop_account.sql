{{ justice.staged_as_now_known('police', 'stop_account') }}
