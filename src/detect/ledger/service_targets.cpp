#include "detect/ledger/service_targets.h"
namespace stopwarden::ledger { std::vector<Target> service_targets(const Event&){return {};} void add_target_fields(WantedFields&){} }
