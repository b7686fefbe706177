// What travels between the actors. Plain values: addresses are ids, so that every message may cross
// to another node; replies go back by address, never by handle.
#pragma once

#include "actors/messages/account_messages.hpp"
#include "actors/messages/address.hpp"
#include "actors/messages/presence_messages.hpp"
#include "actors/messages/read_messages.hpp"
#include "actors/messages/session_notices.hpp"
#include "actors/messages/session_requests.hpp"
#include "actors/messages/thread_messages.hpp"
#include "actors/messages/user_messages.hpp"
