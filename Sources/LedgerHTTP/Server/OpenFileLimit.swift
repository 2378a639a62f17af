import Glibc

/// How many files and connections the process may have open at a time.
enum OpenFileLimit {
    /// What the server leaves for the ledger's own files, its log and its clients' tools.
    static let reserve = 128

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Raises the soft limit as far as `connections` need and the hard limit lets it; gives how many of them fit.
    static func makeRoom(for connections: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return connections }
        let wanted = rlim_t(connections + reserve)
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = min(wanted, limit.rlim_max)
            if unsafe setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return limit.rlim_cur >= wanted ? connections : max(1, Int(limit.rlim_cur) - reserve)
    }
}
