{{ justice.staged_versions('police', 'stop_account') }}
