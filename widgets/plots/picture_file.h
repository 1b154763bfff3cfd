// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QByteArray>
#include <QSize>
#include <QString>
#include <functional>

#include "core/base/result.h"

class QPaintDevice;

namespace ulpscope {

/// How a picture leaves the window.
struct PictureRequest {
  QString path = {};  ///< .png, .svg or .pdf decides the format
  QSize size{900, 480};
  QString title = {};
  bool onWhite = true;
};

/// Paints the picture in a coordinate system of `request.size`; `isVector` if the device keeps lines as lines. False if
/// the device cannot be painted on.
using PaintOnDevice = std::function<bool(QPaintDevice& device, double scale, bool isVector)>;

/// The picture as a file that appears whole or not at all, in place of one that may be there: pictures are painted in
/// memory, since Qt's own writers leave a full disk with half a file.
Result<> savePictureFile(const PictureRequest& request, const PaintOnDevice& paint);

/// Any bytes, in the same way.
Result<> saveFile(const QString& path, const QByteArray& bytes);

}  // namespace ulpscope
