import Glibc
import Testing

@testable import LMDB

struct LibraryTests {
    @Test func `the version in use is known and good`() {
        #expect(Environment.libraryVersion.hasPrefix("0.9."))
        #expect(Environment.warning(about: (0, 9, 24)) == nil)
        #expect(Environment.warning(about: (0, 9, 33)) == nil)
    }

    @Test(arguments: [(0, 9, 26), (0, 9, 31), (1, 0, 0)] as [(Int32, Int32, Int32)])
    func `versions with a known fault are named`(version: (Int32, Int32, Int32)) {
        #expect(Environment.warning(about: version) != nil)
    }

    @Test(arguments: [
        (EIO, LMDBError.Code.io), (ENOSPC, .noSpace), (EDQUOT, .noSpace), (ENOMEM, .noMemory), (EACCES, .permission),
        (ENOENT, .noSuchFile), (EMFILE, .tooManyFiles), (EBUSY, .system), (-30792, .mapFull), (-1, .init(rawValue: -1)),
    ])
    func `results become codes, with the result kept`(result: Int32, code: LMDBError.Code) {
        let error = LMDBError(result: result, operation: "mdb_put", path: "/x")
        #expect(error.code == code)
        #expect(error.resultCode == result)
        #expect(!error.message.isEmpty)
        #expect(error.description.contains("mdb_put (/x)"))
    }
}
