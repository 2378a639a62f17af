/// String's own `==` takes canonically equivalent texts for equal. What the ledger stores differs where its bytes do: a name that is spelled
/// with other scalars is a change, and another name.
extension String {
    package func hasSameBytes(as other: String) -> Bool {
        var (left, right) = (self, other)
        return left.withUTF8 { a in right.withUTF8 { b in unsafe UnsafeRawBufferPointer(a).hasSameBytes(as: UnsafeRawBufferPointer(b)) } }
    }

    /// Whether its bytes come before the other's.
    package func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension UnsafeRawBufferPointer {
    /// Word by word: names are compared for each charge.
    fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while count - offset >= 8 {
            let words = unsafe (
                loadUnaligned(fromByteOffset: offset, as: UInt64.self), other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            )
            if words.0 != words.1 { return false }
            offset += 8
        }
        while offset < count {
            if unsafe self[offset] != other[offset] { return false }
            offset += 1
        }
        return true
    }
}

extension String? {
    package func hasSameBytes(as other: String?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let text?, let other?): text.hasSameBytes(as: other)
        default: false
        }
    }
}

extension [String]? {
    package func hasSameBytes(as other: [String]?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let texts?, let others?): texts.elementsEqual(others) { $0.hasSameBytes(as: $1) }
        default: false
        }
    }
}
