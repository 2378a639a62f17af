// error: missing reinitialization of inout parameter 'txn' after consume
import LMDB

func misuse(_ environment: Environment) throws {
    try environment.write { txn in
        let mine = consume txn
        _ = mine
    }
}
