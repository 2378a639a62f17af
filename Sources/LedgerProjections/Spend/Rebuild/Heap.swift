/// Binary heaps in an array: no element comes after either of its two children, so that the first is the least.
extension Array {
    /// Makes a heap of elements in any order.
    @inline(__always)
    mutating func makeHeap(_ precedes: (Element, Element) -> Bool) {
        for place in indices.reversed() { sink(place, precedes) }
    }

    /// Puts an element that may come too early into its place; those below it are heaps.
    @inline(__always)
    mutating func sink(_ start: Int, _ precedes: (Element, Element) -> Bool) {
        var place = start
        while true {
            var least = place
            for child in (2 * place + 1)..<(2 * place + 3) where child < count {
                if precedes(self[child], self[least]) { least = child }
            }
            if least == place { return }
            swapAt(place, least)
            place = least
        }
    }
}
