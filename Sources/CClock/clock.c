#include "clock.h"

#include <sys/timex.h>

int keyledger_clock_is_synchronised(void) {
    struct timex state = {0};
    return adjtimex(&state) != TIME_ERROR;
}
