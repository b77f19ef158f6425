{{ justice.staged_versions('police', 'out_of_court_disposals') }}
