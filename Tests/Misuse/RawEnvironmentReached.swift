// error: 'raw' is inaccessible due to 'internal' protection level
import LMDB

func misuse(_ environment: Environment) {
    print(environment.raw)
}
