{{ justice.staged_as_now_known('probation', 'orders') }}
