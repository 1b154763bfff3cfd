// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/picture_file.h"

#include <QBuffer>
#include <QFile>
#include <QImage>
#include <QMarginsF>
#include <QPageSize>
#include <QPdfWriter>
#include <QRect>
#include <QSvgGenerator>
#include <string_view>

#include "core/base/atomic_file.h"

namespace ulpscope {
namespace {

constexpr int kPngScale = 2;
constexpr int kScreenDotsPerInch = 96;
constexpr double kPointsPerPixel = 72.0 / kScreenDotsPerInch;

bool paintPdf(QBuffer& out, const PictureRequest& request, const PaintOnDevice& paint) {
  QPdfWriter pdf(&out);
  pdf.setTitle(request.title);
  pdf.setCreator(QStringLiteral("Ulpscope"));
  pdf.setResolution(kScreenDotsPerInch);
  pdf.setPageMargins(QMarginsF());
  pdf.setPageSize(QPageSize(QSizeF(request.size) * kPointsPerPixel, QPageSize::Point));
  return paint(pdf, 1, true);
}

bool paintSvg(QBuffer& out, const PictureRequest& request, const PaintOnDevice& paint) {
  QSvgGenerator svg;
  svg.setOutputDevice(&out);
  svg.setSize(request.size);
  svg.setViewBox(QRect(QPoint(), request.size));
  svg.setTitle(request.title);
  return paint(svg, 1, true);
}

bool paintPng(QBuffer& out, const PictureRequest& request, const PaintOnDevice& paint) {
  QImage image(request.size * kPngScale, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  return paint(image, kPngScale, false) && image.save(&out, "PNG");
}

}  // namespace

Result<> savePictureFile(const PictureRequest& request, const PaintOnDevice& paint) {
  QBuffer out;
  out.open(QIODevice::WriteOnly);
  const auto endsWith = [&](const char* ending) {
    return request.path.endsWith(QLatin1String(ending), Qt::CaseInsensitive);
  };
  const bool painted = endsWith(".pdf")   ? paintPdf(out, request, paint)
                       : endsWith(".svg") ? paintSvg(out, request, paint)
                                          : paintPng(out, request, paint);
  if (!painted) return fail(Errc::OutOfMemory, "the picture is too large to be painted", request.path.toStdString());
  return saveFile(request.path, out.data());
}

Result<> saveFile(const QString& path, const QByteArray& bytes) {
  return writeFile(QFile::encodeName(path).toStdString(),
                   std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())),
                   AtomicFile::Existing::Replace);
}

}  // namespace ulpscope
