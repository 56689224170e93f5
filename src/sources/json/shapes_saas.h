// SPDX-License-Identifier: Apache-2.0
// Audit logs of services that SigmaHQ has rules for beside the three clouds: Microsoft 365, Okta, GitHub, Bitbucket,
// OneLogin, Duo. docs/formats/cloud.md.
#pragma once
#include <array>

#include "sources/json/shapes_cloud.h"

namespace stopwarden::json {

bool is_m365(const Marks& marks);
bool is_okta(const Marks& marks);
bool is_github(const Marks& marks);
bool is_bitbucket(const Marks& marks);
bool is_onelogin(const Marks& marks);
bool is_duo(const Marks& marks);

/// ExtendedProperties is a list of {Name, Value}: each value under its name, as rules ask for it (RequestType).
void m365_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);

namespace saas_table {

using cloud_table::named;
using cloud_table::role;
using cloud_table::whole;

inline constexpr std::array kM365{
    role("CreationTime", Role::time, 0),  role("CreationDate", Role::time, 1),
    role("Id", Role::record_name),        named("UserId", "User"),
    named("UserKey", "ActorUserId"),      named("ClientIP", "SourceIp"),
    named("ClientIPAddress", "SourceIp"), whole("Parameters"),
    whole("OperationProperties"),         whole("ModifiedProperties"),
    whole("ExtendedProperties"),          whole("Target"),
};

inline constexpr std::array kOkta{
    role("published", Role::time),
    role("uuid", Role::record_name),
    named("actor.alternateId", "User"),
    named("actor.id", "ActorUserId"),
    named("authenticationContext.externalSessionId", "LogonId"),
    named("client.ipAddress", "SourceIp"),
};

inline constexpr std::array kGithub{
    role("@timestamp", Role::time, 0),       role("created_at", Role::time, 1),
    role("_document_id", Role::record_name), named("actor", "User"),
    named("actor_id", "ActorUserId"),        named("actor_ip", "SourceIp"),
};

inline constexpr std::array kBitbucket{
    role("timestamp", Role::time, 0), role("timestamp.epochSecond", Role::time, 1),
    named("author.name", "User"),     named("author.id", "ActorUserId"),
    named("source", "SourceIp"),
};

inline constexpr std::array kOneLogin{
    role("event_timestamp", Role::time, 0), role("created_at", Role::time, 1),
    role("id", Role::record_name),          named("user_name", "User"),
    named("user_id", "ActorUserId"),        named("ipaddr", "SourceIp"),
};

inline constexpr std::array kDuo{
    role("isotimestamp", Role::time, 0), role("timestamp", Role::time, 1), role("txid", Role::record_name),
    named("user.name", "User"),          named("user.key", "ActorUserId"), named("access_device.ip", "SourceIp"),
};

}  // namespace saas_table
}  // namespace stopwarden::json
