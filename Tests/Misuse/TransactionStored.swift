// error: cannot return a ~Escapable result
import LMDB

final class Keeper {
    var kept: WriteTransaction?
}
