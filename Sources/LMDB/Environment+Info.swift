import CLMDB

extension Environment {
    /// The figures of this moment; all zero once closed.
    public func info() -> EnvironmentInfo {
        sessions.withLock { state in
            guard state.phase != .closed, state.phase != .mapLost else { return .nothing }
            var info = unsafe MDB_envinfo()
            var stat = MDB_stat()
            unsafe mdb_env_info(raw.pointer, &info)
            unsafe mdb_env_stat(raw.pointer, &stat)
            let oldest = state.oldestReader
            return unsafe EnvironmentInfo(
                mapSizeBytes: info.me_mapsize,
                usedBytes: (info.me_last_pgno + 1) * Int(stat.ms_psize),
                lastPage: info.me_last_pgno,
                pageSizeBytes: Int(stat.ms_psize),
                lastTransaction: info.me_last_txnid,
                readersInUse: readerSlots(),
                maxReaders: Int(info.me_maxreaders),
                liveReads: state.liveReads,
                oldestReaderAgeNanoseconds: oldest.map { monotonicNanoseconds() - $0.startedAt },
                oldestReaderPurpose: oldest.map { "\($0.purpose)" })
        }
    }

    /// Gives back the reader slots of processes that died; the count of them. Call it once a minute.
    @discardableResult
    public func checkReaders() -> Int {
        sessions.withLock { state in
            guard state.phase != .closed else { return 0 }
            var dead: Int32 = 0
            unsafe mdb_reader_check(raw.pointer, &dead)
            return Int(dead)
        }
    }

    /// Writes a compacted copy of the file to a descriptor. Flushes nothing; holds a read transaction throughout, so only while
    /// nobody writes.
    public func copyCompact(to descriptor: Int32) throws(LMDBError) {
        try withMap("copy") { () throws(LMDBError) in
            let result = unsafe mdb_env_copyfd2(raw.pointer, descriptor, UInt32(MDB_CP_COMPACT))
            if result != 0 { throw LMDBError(result: result, operation: "mdb_env_copyfd2", path: folder) }
        }
    }

    /// liblmdb prints a line for each slot taken, after one line of headings.
    private func readerSlots() -> Int {
        var lines = 0
        unsafe mdb_reader_list(
            raw.pointer,
            { text, context in
                guard let text = unsafe text, let lines = unsafe context?.assumingMemoryBound(to: Int.self) else { return 0 }
                let line = unsafe String(cString: text)
                if line.contains(where: \.isNumber) { unsafe lines.pointee += line.split(separator: "\n").count }
                return 0
            }, &lines)
        return lines
    }
}

extension EnvironmentInfo {
    static var nothing: EnvironmentInfo {
        EnvironmentInfo(
            mapSizeBytes: 0, usedBytes: 0, lastPage: 0, pageSizeBytes: 0, lastTransaction: 0, readersInUse: 0,
            maxReaders: 0, liveReads: 0, oldestReaderAgeNanoseconds: nil, oldestReaderPurpose: nil)
    }
}
