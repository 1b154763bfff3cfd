// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/listing.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/hdf5_worker/answer_writer.h"
#include "app/hdf5_worker/attributes.h"
#include "app/hdf5_worker/dataset.h"
#include "app/hdf5_worker/handle.h"

namespace ulpscope::hdf5 {
namespace {

struct Link {
  std::string name;
  H5L_type_t type;
  std::size_t valueBytes;  ///< of a link that is not hard
};

struct Level {
  Handle group;
  std::string path;
  std::vector<Link> links;
  std::size_t next = 0;
};

class Walk {
 public:
  void run(hid_t file) {
    Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
    if (!root) fail(FailureKind::Corrupt, libraryMessage());
    H5O_info_t info{};
    if (H5Oget_info2(root.get(), &info, H5O_INFO_BASIC) >= 0) m_seen.emplace(info.addr, "");
    enter(std::move(root), "");
    while (!m_levels.empty()) {
      Level& level = m_levels.back();
      if (level.next == level.links.size()) {
        m_levels.pop_back();
        continue;
      }
      const Link link = std::move(level.links[level.next++]);
      visit(level.group.get(), link, level.path.empty() ? link.name : level.path + "/" + link.name);
    }
  }

 private:
  void enter(Handle group, std::string path) {
    listAttributes(group.get(), path);
    Level level{std::move(group), std::move(path), {}};
    struct Into {
      std::vector<Link>& links;
      std::uint64_t& count;
    } into{level.links, m_objects};
    hsize_t next = 0;
    const herr_t listed = H5Literate(
        level.group.get(), H5_INDEX_NAME, H5_ITER_INC, &next,
        [](hid_t, const char* name, const H5L_info_t* info, void* data) -> herr_t {
          auto& to = *static_cast<Into*>(data);
          if (++to.count > kMostObjects) fail(FailureKind::Limit, "at most 1,000,000 objects expected, more found");
          to.links.push_back({name, info->type, info->type == H5L_TYPE_HARD ? 0 : info->u.val_size});
          return 0;
        },
        &into);
    if (listed < 0) problem(level.path, "its members cannot all be listed: " + libraryMessage());
    m_levels.push_back(std::move(level));
  }

  void visit(hid_t group, const Link& link, const std::string& path) {
    // Such a name would be taken for a path.
    if (link.name.empty() || link.name == "." || link.name.find('/') != std::string::npos)
      return problem(path, "the name of its link is no name");
    if (link.type != H5L_TYPE_HARD) return listLink(group, link, path);

    H5O_info_t info{};
    if (H5Oget_info_by_name2(group, link.name.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
      return problem(path, cannotRead());
    const auto [seen, isNew] = m_seen.emplace(info.addr, path);
    if (!isNew && info.type != H5O_TYPE_DATASET) return writeLink(path, LinkKind::SecondName, seen->second);
    if (info.type == H5O_TYPE_NAMED_DATATYPE) return writeLink(path, LinkKind::NamedType, "");

    if (info.type == H5O_TYPE_DATASET) {
      const Handle dataset(H5Dopen2(group, link.name.c_str(), H5P_DEFAULT), H5Dclose);
      if (!dataset) return problem(path, cannotRead());
      return listDataset(dataset.get(), path, info.addr);
    }
    if (m_levels.size() >= static_cast<std::size_t>(kMostDepth))
      return problem(path, "groups are listed to a depth of 64, and it lies deeper");
    Handle below(H5Gopen2(group, link.name.c_str(), H5P_DEFAULT), H5Gclose);
    if (!below) return problem(path, cannotRead());
    enter(std::move(below), path);
  }

  void listLink(hid_t group, const Link& link, const std::string& path) {
    constexpr std::size_t kLongestTarget = 1 << 16;
    std::string target(std::min(link.valueBytes, kLongestTarget), '\0');
    if (target.empty() || H5Lget_val(group, link.name.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0) {
      H5Eclear2(H5E_DEFAULT);
      target.clear();
    }
    if (link.type == H5L_TYPE_SOFT) return writeLink(path, LinkKind::Soft, target.c_str());
    if (link.type != H5L_TYPE_EXTERNAL) return writeLink(path, LinkKind::Other, "");
    unsigned flags = 0;
    const char* file = nullptr;
    const char* object = nullptr;
    target.push_back('\0');
    const bool read = H5Lunpack_elink_val(target.data(), target.size() - 1, &flags, &file, &object) >= 0;
    writeLink(path, LinkKind::External, read ? std::string(file) + ":" + object : "");
  }

  static void writeLink(const std::string& path, LinkKind kind, const std::string& target) {
    writeRecord(RecordKind::Link, Payload().text(path).add(kind).text(target));
  }
  static void problem(const std::string& path, const std::string& what) {
    writeRecord(RecordKind::Problem, Payload().text(path).text(what));
    H5Eclear2(H5E_DEFAULT);
  }

  std::vector<Level> m_levels;
  std::map<haddr_t, std::string> m_seen;  ///< the first name of each object
  std::uint64_t m_objects = 0;
};

}  // namespace

void listFile(hid_t file) { Walk().run(file); }

}  // namespace ulpscope::hdf5
