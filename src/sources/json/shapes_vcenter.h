// SPDX-License-Identifier: Apache-2.0
// vCenter's events as JSON: govc, PowerCLI's ConvertTo-Json, pyVmomi and vCenter's own API.
#pragma once
#include <array>

#include "sources/json/shapes.h"

namespace stopwarden::json {

inline constexpr std::array kVcenterAliases{
    Alias{"createdTime", "", Role::time},
    Alias{"CreatedTime", "", Role::time},
    Alias{"userName", "User"},
    Alias{"UserName", "User"},
    Alias{"vm.name", "VmName"},
    Alias{"Vm.Name", "VmName"},
    Alias{"vm.vm.value", "VmId"},
    Alias{"Vm.Vm.Value", "VmId"},
    Alias{"host.name", "Computer", Role::host},
    Alias{"Host.Name", "Computer", Role::host},
    Alias{"fullFormattedMessage", "EventText"},
    Alias{"FullFormattedMessage", "EventText"},
};

/// The full message beside the chain's number or the time of creation.
bool is_vcenter(const Marks& marks);
void vcenter_head(const Tree& tree, std::uint32_t root, Arena& arena, Event& event);
/// EventTypeId as the syslog form has it: "vim.event.VmPoweredOffEvent".
void vcenter_derive(const Tree& tree, std::uint32_t root, DerivedValues& out);

}  // namespace stopwarden::json
