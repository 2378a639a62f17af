// error: escapes its scope
import LMDB

func misuse(_ one: Environment, _ other: Environment) throws {
    try one.write { outer in
        try other.write { inner in
            let kept = outer
            outer = inner
            inner = kept
        }
    }
}
