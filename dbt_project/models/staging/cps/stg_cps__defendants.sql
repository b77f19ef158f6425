{{ justice.staged_as_now_known('cps', 'defendants') }}
