import Glibc

/// Prints figures with what they depend on: the machine's load and the time of a flush.
final class Report {
    private var missed: [String] = []

    func heading(_ options: BenchOptions) {
        print("KeyLedger bench: \(options.runs) runs each, median (least … greatest); processors \(sysconf(Int32(_SC_NPROCESSORS_ONLN)))")
        if options.isQuick { print("Quick: shows that everything runs; its figures mean nothing.") }
    }

    /// Begins a part.
    func part(_ title: String, in folder: String) throws {
        print("\n\(title)")
        print(
            "  load average \(SystemState.loadAverage), flush of 4 KiB \(Sample(try SystemState.flushMilliseconds(in: folder)).text(digits: 3)) ms"
        )
        flush()
    }

    func line(_ text: String) {
        print("  " + text)
        flush()
    }

    /// A ratio with the bar that it has to reach.
    func ratio(_ name: String, _ sample: Sample, atLeast bar: Double) {
        judge(name, sample, "bar ≥ \(bar)", isMet: sample.median >= bar)
    }

    func ratio(_ name: String, _ sample: Sample, atMost bar: Double) {
        judge(name, sample, "bar ≤ \(bar)", isMet: sample.median <= bar)
    }

    func ratio(_ name: String, _ sample: Sample) { line("\(name): \(sample.text(digits: 3)) ×") }

    func value(_ name: String, _ value: Double, _ unit: String, atMost bar: Double) {
        judge(name, Sample([value]), "\(unit), bar ≤ \(Int(bar)) \(unit)", isMet: value <= bar)
    }

    func end() {
        print(missed.isEmpty ? "\nEvery bar is met." : "\nMissed: " + missed.joined(separator: "; "))
    }

    private func judge(_ name: String, _ sample: Sample, _ bar: String, isMet: Bool) {
        line("\(isMet ? "✔" : "✘") \(name): \(sample.text(digits: 3)) × (\(bar))".replacing(" × (MiB", with: " (MiB"))
        if !isMet { missed.append("\(name) \(Sample.text(sample.median, 3))") }
    }

    private func flush() { fflush(nil) }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + self[range.upperBound...]
    }
}
