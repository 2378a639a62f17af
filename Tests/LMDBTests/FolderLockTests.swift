import Glibc
import LMDB
import Testing

struct FolderLockTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a second holder is refused and told who has it`() throws {
        let lock = try FolderLock(folder.path, url: "http://127.0.0.1:4100")
        let refused = failure { _ = try FolderLock(folder.path) }
        #expect(refused?.code == .lockedByOther)
        #expect(refused?.message == "process \(getpid()) at http://127.0.0.1:4100 writes to this folder; use it or stop it first")
        #expect(FolderLock.holder(of: folder.path) == "\(getpid()) http://127.0.0.1:4100")
        try lock.announce(url: "http://127.0.0.1:5")
        #expect(FolderLock.holder(of: folder.path) == "\(getpid()) http://127.0.0.1:5")
        lock.release()
        lock.release()
        #expect(FolderLock.holder(of: folder.path) == nil)
        _ = try FolderLock(folder.path)
    }

    @Test func `a holder that has said no URL, or nothing yet, is told as what it is`() throws {
        let lock = try FolderLock(folder.path)
        let refused = failure { _ = try FolderLock(folder.path) }
        #expect(refused?.message == "process \(getpid()) writes to this folder; wait until it has ended, or stop it first")
        #expect(unsafe truncate(lock.path, 0) == 0)
        let nameless = failure { _ = try FolderLock(folder.path) }
        #expect(nameless?.message == "another process writes to this folder; wait until it has ended, or stop it first")
    }

    @Test func `another process is refused, and gets the lock when the holder dies`() async throws {
        let lock = try FolderLock(folder.path + "/new", url: "here")
        await #expect(processExitsWith: .success) { [path = folder.path + "/new" as String] in
            #expect(failure { _ = try FolderLock(path) }?.message.contains("here") == true)
        }
        lock.release()
        await #expect(processExitsWith: .exitCode(7)) { [path = folder.path + "/new" as String] in
            let held = try FolderLock(path, url: "there")
            _ = held
            _exit(7)
        }
        _ = try FolderLock(folder.path + "/new")
    }

    /// A process being spawned holds every descriptor of its parent until its exec. Closing the lock's alone left it locked for that
    /// moment.
    @Test func `a released lock is free even while another descriptor of it is open`() throws {
        let lock = try FolderLock(folder.path)
        let inode = fileStatus(lock.path).st_ino
        var copies: [Int32] = []
        for descriptor in possibleDescriptors {
            var status = stat()
            if unsafe fstat(descriptor, &status) == 0, status.st_ino == inode { copies.append(fcntl(descriptor, F_DUPFD_CLOEXEC, 3)) }
        }
        defer { for copy in copies { close(copy) } }
        #expect(!copies.isEmpty)
        lock.release()
        _ = try FolderLock(folder.path)
    }

    @Test func `its file is 0600 and does not survive exec`() throws {
        let lock = try FolderLock(folder.path)
        let status = fileStatus(lock.path)
        #expect(status.st_mode & 0o777 == 0o600)
        var found = false
        for descriptor in possibleDescriptors {
            var other = stat()
            guard unsafe fstat(descriptor, &other) == 0, other.st_ino == status.st_ino, other.st_dev == status.st_dev else { continue }
            found = true
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
        #expect(found)
    }
}
