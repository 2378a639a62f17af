/// The way from a node up to the root: `fn` and `sn` of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
struct ProofWalk {
    enum Step {
        case siblingOnLeft
        case siblingOnRight
        case finished
    }

    private var node: UInt64
    private var last: UInt64

    init(node: UInt64, last: UInt64) {
        self.node = node
        self.last = last
    }

    /// True once no sibling is left to take.
    var isAtRoot: Bool { last == 0 }

    /// Goes up while the node is a right child; consistency proofs begin at the largest complete subtree of the older tree.
    mutating func skipRightChildren() {
        while node & 1 == 1 { ascend() }
    }

    /// Goes up to the next node with a sibling and says on which side that lies.
    mutating func step() -> Step {
        guard last != 0 else { return .finished }
        guard node & 1 == 1 || node == last else {
            ascend()
            return .siblingOnRight
        }
        while node & 1 == 0, node != 0 { ascend() }
        ascend()
        return .siblingOnLeft
    }

    private mutating func ascend() {
        node >>= 1
        last >>= 1
    }
}
