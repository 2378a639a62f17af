import NIOCore

/// Runs a connection's task on the thread of its event loop, which spares two changes of thread for each request.
///
/// What takes long must leave that thread: see `LedgerRequestContext.offload`.
final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        // A job runs once: here, on the loop that this executor stands for.
        let job = UnownedJob(job)
        eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
