// The same for the rooms that wait or speak JSON.
#include "plain.h"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
