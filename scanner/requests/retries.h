// Whether a request is asked again, and how long after. Any thread may call.
#pragma once

#include "scanner/requests/attempt.h"
#include "scanner/requests/client_settings.h"

namespace dregs {

// `tries` were made. `answered`: the server gave an answer to any request yet.
bool helps_to_ask_again(const Attempt& attempt, unsigned tries, bool answered,
                        const ClientSettings& settings);

// Waits before try number `tries` + 1. False where the run is told to stop.
bool wait_before_retry(unsigned tries, const ClientSettings& settings);

}  // namespace dregs
