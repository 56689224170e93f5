#pragma once
#include <vector>
#include "detect/hit.h"
#include "event/field.h"
namespace stopwarden::ledger { std::vector<Target> service_targets(const Event&); void add_target_fields(WantedFields&); }
