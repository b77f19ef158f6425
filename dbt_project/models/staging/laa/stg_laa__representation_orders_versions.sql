{{ justice.staged_versions('laa', 'representation_orders') }}
