// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_saas.h"

#include "sources/json/shapes.h"

namespace stopwarden::json {

bool is_m365(const Marks& m) { return m.has(Mark::m365_operation) && m.has(Mark::m365_part); }
bool is_okta(const Marks& m) { return m.has(Mark::okta_type) && m.has(Mark::okta_part); }
bool is_github(const Marks& m) { return m.has(Mark::github_action) && m.has(Mark::github_part); }
bool is_bitbucket(const Marks& m) { return m.has(Mark::bitbucket_type); }
bool is_onelogin(const Marks& m) { return m.has(Mark::onelogin_type); }
bool is_duo(const Marks& m) { return m.has(Mark::event_type_low) && m.has(Mark::duo_part); }

}  // namespace stopwarden::json
