{{ justice.staged_as_now_known('laa', 'representation_orders') }}
