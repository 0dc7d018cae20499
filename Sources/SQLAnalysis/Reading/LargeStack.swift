import Glibc

/// Runs a function on a thread whose stack is as large as the input may need.
///
/// libpg_query builds and protobuf-c unpacks a parse tree recursively, and neither checks the
/// depth of the stack: `SELECT 1+1+1+…` takes about 2 KB of stack for each `+`, a nested
/// sub-select 6 KB (measured with 15-4.0.0). A script must not be able to end the process.
enum LargeStack {
    /// What one token can add to the depth, in bytes: the measured worst case is 3 KB.
    static let bytesPerToken = 4096
    /// What is safe on any thread without asking: a quarter of the smallest usual stack.
    static let smallEnough = 128 * 1024
    /// How many tokens may nest. Packing a tree takes libpg_query's protobuf-c time with the square
    /// of its depth: two seconds for this many, 20 s for three times as many. PostgreSQL's own stack, 2 MB
    /// unless it is configured, ends at a tenth of it.
    static let deepest = 100_000
    /// Address space only; pages are used as they are touched.
    static let limit = 16 << 30

    /// Runs `body` on the calling thread where `bytes` are few, else on a thread of its own, and
    /// waits for it.
    ///
    /// - Returns: nil where no such stack can be had.
    static func run<Result>(bytes: Int, _ body: () -> Result) -> Result? {
        if bytes <= smallEnough { return body() }
        guard bytes <= limit else { return nil }
        return withoutActuallyEscaping(body) { body in
            var result: Result?
            let work = Work { result = body() }
            return runOnThread(stack: bytes + (1 << 20), work) ? result : nil
        }
    }

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private static func runOnThread(stack size: Int, _ work: Work) -> Bool {
        // MAP_NORESERVE: a stack that glibc maps itself counts against the memory limit of
        // the machine as a whole, and would be refused there.
        let pageSize = Int(getpagesize())
        let length = (size + pageSize - 1) / pageSize * pageSize
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK
        guard let base = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0),
            base != MAP_FAILED
        else { return false }
        defer { munmap(base, length) }
        // A guard page: a depth beyond the estimate faults instead of writing elsewhere.
        mprotect(base, pageSize, PROT_NONE)

        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        guard pthread_attr_init(attributes) == 0 else { return false }
        defer { pthread_attr_destroy(attributes) }
        guard pthread_attr_setstack(attributes, base, length) == 0 else { return false }

        var thread = pthread_t()
        let box = Unmanaged.passRetained(work)
        let status = pthread_create(
            &thread, attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return false
        }
        pthread_join(thread, nil)
        return true
    }
}
