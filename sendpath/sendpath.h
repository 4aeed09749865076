/* libsendpath: the only header that embedders include. */
#pragma once

#include "profiles/account.h"
#include "profiles/location.h"
#include "profiles/network.h"
#include "profiles/profile-keys.h"
#include "profiles/profile-store.h"
#include "sendpath/engine.h"
#include "sendpath/mail/message.h"
#include "sendpath/request.h"
#include "sendpath/verdict/explain-bounce.h"
#include "sendpath/verdict/explain.h"
#include "sendpath/verdict/verdict.h"
#include "sendpath/walk/report.h"
#include "sendpath/walk/route.h"
#include "sendpath/wire/endpoint.h"
#include "sendpath/wire/phase.h"
#include "sendpath/wire/reply.h"
