// SPDX-License-Identifier: Apache-2.0
#include "platform/build_id.h"

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace stopwarden::platform {
namespace {

constexpr std::size_t padded(std::size_t n) noexcept { return (n + 3) & ~std::size_t{3}; }

/// Looks through a list of ELF notes: three words (length of name, length of content, type), then both, padded.
std::string_view build_id_in(const char* notes, std::size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) head;
    std::memcpy(&head, notes, sizeof head);
    const std::size_t name = padded(head.n_namesz);
    const std::size_t content = padded(head.n_descsz);
    if (name > size - sizeof head || content > size - sizeof head - name) return {};
    const char* at = notes + sizeof head;
    if (head.n_type == NT_GNU_BUILD_ID && std::string_view(at, head.n_namesz) == std::string_view("GNU", 4))
      return {at + name, head.n_descsz};
    notes = at + name + content;
    size -= sizeof head + name + content;
  }
  return {};
}

struct Ids {
  std::string all;
  bool first = true;  ///< the program itself comes first
};

int add_object(dl_phdr_info* object, std::size_t, void* to) {
  auto& ids = *static_cast<Ids*>(to);
  std::string_view id;
  for (std::size_t i = 0; i < object->dlpi_phnum && id.empty(); ++i) {
    const auto& header = object->dlpi_phdr[i];
    if (header.p_type == PT_NOTE)
      id = build_id_in(reinterpret_cast<const char*>(object->dlpi_addr + header.p_vaddr), header.p_memsz);
  }
  if (ids.first && id.empty()) return 1;
  ids.first = false;
  ids.all += id;
  return 0;
}

}  // namespace

std::string build_id() {
  Ids ids;
  ::dl_iterate_phdr(add_object, &ids);
  return ids.all;
}

}  // namespace stopwarden::platform
