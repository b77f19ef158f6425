{{ justice.staged_as_now_known('police', 'out_of_court_disposals') }}
