// SPDX-License-Identifier: GPL-3.0-or-later
// The window: builds backends, session and main window, and connects them.
#include <fmt/format.h>

#include <QAction>
#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTabWidget>
#include <cstdio>
#include <cstring>
#include <memory>

#include "app/backends/choose_backend.h"
#include "app/gui/grab.h"
#include "core/backend/backend.h"
#include "core/cache/result_cache.h"
#include "core/formats/number_link.h"
#include "core/quantization/scheme.h"
#include "core/recipe/recipe_target.h"
#include "kernels/cpu/cpu_backend.h"
#include "widgets/frame/main_window.h"
#include "widgets/quantization/model_view.h"
#include "widgets/quantization/tab_stack.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/preferences.h"
#include "widgets/session/session.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kUsage = 2;

bool isSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

/// Qt aborts where it finds no display, so this is asked before there is a QApplication.
bool hasDisplay(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (std::strcmp(argv[i], "-platform") == 0 || std::strcmp(argv[i], "--platform") == 0) return true;
  return isSet("QT_QPA_PLATFORM") || isSet("DISPLAY") || isSet("WAYLAND_DISPLAY");
}

/// The bundled checkpoint: beside an installed program, else in the sources it was built from.
QString samplePath() {
  const QString installed =
      QDir(QCoreApplication::applicationDirPath()).filePath(QStringLiteral("../" ULPSCOPE_DATA_DIR "/samples/tiny-lm"));
  if (QFileInfo::exists(installed)) return QDir::cleanPath(installed);
  return QStringLiteral(ULPSCOPE_SOURCE_DIR "/resources/samples/tiny-lm");
}

struct Options {
  QStringList paths;
  QString page;
  QString tensor;
  QString view;
  QString scheme;
  QString calibration;
  QString grab;
  QString sizeText;  ///< as given
  QSize size;        ///< empty: none, or not understood
  QString theme;
  bool measure = false;
  QString recipeFor;
};

Options readCommandLine(const QApplication& application) {
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QApplication::tr("See what number formats do to numbers, tensors and whole models."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(
      QStringLiteral("paths"),
      QApplication::tr(
          "Checkpoints to open (files, indexes, folders), or a number to show, as ulpscope:float16/0xCECA."),
      QStringLiteral("[paths...]"));
  const QCommandLineOption page(QStringLiteral("page"), QApplication::tr("Show this page first."),
                                QStringLiteral("ID"));
  const QCommandLineOption select(QStringLiteral("select"), QApplication::tr("Select this tensor."),
                                  QStringLiteral("TENSOR"));
  const QCommandLineOption view(
      QStringLiteral("view"),
      QApplication::tr("Show this view of a tensor: histogram, lines, heatmap, values, "
                       "compare or details; of its error: errorlines, errormap or inputs; steps; or model."),
      QStringLiteral("ID"));
  const QCommandLineOption measure(QStringLiteral("measure"),
                                   QApplication::tr("Measure the whole model as soon as it is open."));
  const QCommandLineOption recipeFor(QStringLiteral("for"), QApplication::tr("The tool that its recipe is for."),
                                     QStringLiteral("TOOL"));
  const QCommandLineOption scheme(QStringLiteral("scheme"), QApplication::tr("Select this quantization scheme."),
                                  QStringLiteral("ID"));
  const QCommandLineOption calibration(QStringLiteral("calibration"),
                                       QApplication::tr("What is known of the layers' inputs: a file, or synthetic."),
                                       QStringLiteral("FILE"));
  const QCommandLineOption theme(QStringLiteral("theme"), QApplication::tr("light, dark or system, for this run."),
                                 QStringLiteral("MODE"));
  const QCommandLineOption grab(QStringLiteral("grab"),
                                QApplication::tr("Save a picture of the window when all work is done, and quit."),
                                QStringLiteral("FILE.png"));
  const QCommandLineOption size(QStringLiteral("size"), QApplication::tr("The size of the window."),
                                QStringLiteral("WxH"));
  const QCommandLineOption sample(QStringLiteral("sample"), QApplication::tr("Open the bundled sample."));
  parser.addOptions({page, select, view, measure, recipeFor, scheme, calibration, theme, grab, size, sample});
  parser.process(application);

  Options options{.paths = parser.positionalArguments(),
                  .page = parser.value(page),
                  .tensor = parser.value(select),
                  .view = parser.value(view),
                  .scheme = parser.value(scheme),
                  .calibration = parser.value(calibration),
                  .grab = parser.value(grab),
                  .sizeText = parser.value(size),
                  .size = {},
                  .theme = parser.value(theme),
                  .measure = parser.isSet(measure),
                  .recipeFor = parser.value(recipeFor)};
  if (parser.isSet(sample)) options.paths << samplePath();
  const QStringList sides = options.sizeText.split(QLatin1Char('x'));
  if (sides.size() == 2) options.size = {sides[0].toInt(), sides[1].toInt()};
  return options;
}

/// What is wrong with the command line; empty: nothing.
QString complaintAbout(const Options& options) {
  if (!options.sizeText.isEmpty() && options.size.isEmpty())
    return QStringLiteral("--size takes a width and a height as in 1440x900, not \"%1\"").arg(options.sizeText);
  static const QStringList modes{QStringLiteral("light"), QStringLiteral("dark"), QStringLiteral("system")};
  if (!options.theme.isEmpty() && !modes.contains(options.theme))
    return QStringLiteral("--theme takes light, dark or system, not \"%1\"").arg(options.theme);
  return {};
}

/// What may compute on this machine beside `processor`.
BackendSupply backendsBeside(const std::shared_ptr<const Backend>& processor) {
  BackendSupply supply;
  for (const auto& backend : {processor, std::shared_ptr<const Backend>(makeReferenceBackend())})
    supply.always.push_back({std::string(backend->id()), backend->description()});
  supply.devices = [] {
    CudaDevices found = findCudaDevices();
    DeviceListing listing{{}, std::move(found.whyNone)};
    for (std::size_t i = 0; i < found.names.size(); ++i)
      listing.devices.push_back(
          {"cuda:" + std::to_string(i), "CUDA device " + std::to_string(i) + ", " + found.names[i]});
    return listing;
  };
  supply.make = [processor](std::string_view id, DeviceNotice failed) {
    return chooseBackend(id, processor, std::move(failed));
  };
  return supply;
}

/// Brings every tab to the front that holds `content`, or what it is part of.
void bringToFront(MainWindow& window, QWidget& content) {
  for (auto* tabs : window.findChildren<TabStack*>())
    for (QWidget* part = &content; part; part = part->parentWidget())
      if (tabs->holds(part)) tabs->setCurrent(part);
}

/// The tab of that id, of the checkpoint's page or of another; false where there is none.
bool showView(MainWindow& window, const QString& id) {
  for (auto* tabs : window.findChildren<QTabWidget*>())
    for (int i = 0; i < tabs->count(); ++i)
      if (tabs->widget(i)->property("viewId") == id) {
        tabs->setCurrentIndex(i);
        return true;
      }
  for (auto* tabs : window.findChildren<TabStack*>())
    for (auto* content : tabs->findChildren<QWidget*>())
      if (tabs->holds(content) && content->property("viewId") == id) {
        bringToFront(window, *content);
        return true;
      }
  if (auto* action = window.findChild<QAction*>(id)) {
    action->trigger();
    return true;
  }
  return false;
}

/// Results of earlier runs; empty where the desktop names no folder for such.
QString cacheFile() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation);
  return folder.isEmpty() ? folder : folder + QStringLiteral("/ulpscope/results.sqlite");
}

void selectWhenOpened(Session& session, const QString& tensor) {
  QObject::connect(&session, &Session::checkpointOpened, &session, [&session, tensor](const auto& checkpoint) {
    const auto found = checkpoint->find(tensor.toStdString());
    if (!found) return session.report(found.error());
    session.selectCheckpoint(checkpoint);
    session.selectTensor(*found);
  });
}

/// What was asked of the whole model on the command line; false for a tool that there is none of.
bool askOfModel(MainWindow& window, Session& session, const Options& options) {
  auto* view = window.findChild<ModelView*>();
  if (!view || (!options.recipeFor.isEmpty() && !findRecipeTarget(options.recipeFor.toStdString()))) return false;
  if (!options.recipeFor.isEmpty()) view->setTarget(options.recipeFor);
  if (options.measure) measureWhenSettled(*view, session);
  return true;
}

int run(int argc, char** argv) {
  QApplication application(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("ulpscope"));
  QApplication::setApplicationName(QStringLiteral("ulpscope"));
  QApplication::setApplicationDisplayName(QStringLiteral("Ulpscope"));
  QApplication::setApplicationVersion(QStringLiteral(ULPSCOPE_VERSION));
  QGuiApplication::setDesktopFileName(QStringLiteral("org.ulpscope.Ulpscope"));
  const Options options = readCommandLine(application);
  if (const QString complaint = complaintAbout(options); !complaint.isEmpty()) {
    std::fprintf(stderr, "ulpscope: %s\n", qPrintable(complaint));
    return kUsage;
  }

  theme().install(application);
  theme().setMode(options.theme.isEmpty() ? storedThemeMode() : themeModeOf(options.theme));

  const std::shared_ptr<const Backend> processor = kernels::makeCpuBackend();
  Session session(processor, samplePath(), backendsBeside(processor));
  if (const QString file = cacheFile(); !file.isEmpty())
    session.setCache(std::make_shared<ResultCache>(filePath(file)), storedUseOfCache());
  MainWindow window(session);
  session.backendChoice().begin(storedBackend().toStdString());
  if (!options.size.isEmpty()) window.resize(options.size);
  if (!options.page.isEmpty() && !window.showPage(options.page)) {
    std::fprintf(stderr, "ulpscope: there is no page \"%s\"\n", qPrintable(options.page));
    return kUsage;
  }
  if (!options.scheme.isEmpty() && !findScheme(options.scheme.toStdString())) {
    std::fprintf(stderr, "ulpscope: there is no scheme \"%s\"\n", qPrintable(options.scheme));
    return kUsage;
  }
  if (!options.scheme.isEmpty()) session.selectScheme(options.scheme.toStdString(), {});
  if (!options.view.isEmpty() && !showView(window, options.view)) {
    std::fprintf(stderr, "ulpscope: there is no view \"%s\"\n", qPrintable(options.view));
    return kUsage;
  }
  if (options.calibration == QStringLiteral("synthetic"))
    session.setCalibration(Calibration::synthetic());
  else if (!options.calibration.isEmpty())
    session.openCalibration(options.calibration);
  if (!options.tensor.isEmpty()) selectWhenOpened(session, options.tensor);
  for (const QString& path : options.paths) {
    if (isLink(path.toStdString()))
      session.openLink(path.toStdString());
    else
      session.openPath(path);
  }
  window.show();
  if ((options.measure || !options.recipeFor.isEmpty()) && !askOfModel(window, session, options)) {
    std::fprintf(stderr, "ulpscope: --measure and --for TOOL go with --page quantization\n");
    return kUsage;
  }
  if (!options.grab.isEmpty()) grabWhenSettled(window, session, options.grab);
  return QApplication::exec();
}

}  // namespace
}  // namespace ulpscope

int main(int argc, char** argv) {
  if (!ulpscope::hasDisplay(argc, argv)) {
    std::fputs("ulpscope: no display was found; use `ulp`, the same engine on the command line\n", stderr);
    return ulpscope::kUsage;
  }
  return ulpscope::run(argc, argv);
}
