// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/export_form.h"

#include "widgets/engine_client/figure_job.h"
#include "widgets/style/appearance.h"

#include <nlohmann/json.hpp>

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QSignalBlocker>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

#include <cmath>

namespace toeplab::widgets
{

namespace
{

struct Format {
    const char* ending;
    const char* text;
    const char* note;
    bool vector;
};

constexpr Format kFormats[] = {
    {"pdf", "PDF", "Vectors with embedded fonts; maps are lossless images.", true},
    {"svg", "SVG", "Vectors, to be edited further.", true},
    {"png", "PNG", "Pixels at the stated resolution.", false},
    {"csv", "CSV", "The data drawn, complete and never thinned.", true},
    {"json", "JSON", "The data drawn with what describes it.", true},
};

[[nodiscard]] QDoubleSpinBox* number(double lowest, double highest, int decimals, const QString& unit,
                                     const QString& id)
{
    auto* box = new QDoubleSpinBox;
    box->setRange(lowest, highest);
    box->setDecimals(decimals);
    box->setSuffix(QLatin1Char(' ') + unit);
    box->setObjectName(id);
    return box;
}

[[nodiscard]] QLabel* rowLabel(const QString& text)
{
    auto* label = new QLabel(text);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    label->setFixedWidth(kFormLabelWidth);
    return label;
}

} // namespace

ExportForm::ExportForm(FigureSpec spec, const QString& folder, const QString& stem, QWidget* parent)
    : QWidget(parent), spec_(std::move(spec)), path_(new QLineEdit), format_(new QComboBox), venue_(new QComboBox),
      width_(number(20, 500, 1, tr("mm"), QStringLiteral("export-width"))),
      height_(number(10, 500, 1, tr("mm"), QStringLiteral("export-height"))),
      font_(number(4, 24, 1, tr("pt"), QStringLiteral("export-font"))),
      line_(number(0.1, 5, 2, tr("pt"), QStringLiteral("export-line"))), dpi_(new QSpinBox), title_(new QLineEdit),
      dark_(new QCheckBox(tr("Dark background"))), legend_(new QCheckBox(tr("Legend"))), note_(new QLabel)
{
    path_->setText(QDir::toNativeSeparators(folder + QLatin1Char('/') + stem + QStringLiteral(".pdf")));
    buildForm();
    connectForm();
    refreshNote();
}

void ExportForm::buildForm()
{
    path_->setObjectName(QStringLiteral("export-path"));
    format_->setObjectName(QStringLiteral("export-format"));
    venue_->setObjectName(QStringLiteral("export-venue"));
    for (const Format& format : kFormats) {
        format_->addItem(QString::fromLatin1(format.text), QString::fromLatin1(format.ending));
    }
    venue_->addItem(tr("Own size"));
    for (const Venue& venue : venues()) {
        venue_->addItem(QStringLiteral("%1, %2 mm").arg(QString::fromStdString(venue.name)).arg(venue.width_mm),
                        QString::fromStdString(venue.name));
    }
    // No choice is ever wider than the form: long venue names are cut in the box, not in the list.
    for (QComboBox* box : {format_, venue_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(10);
    }
    note_->setWordWrap(true);
    note_->setObjectName(QStringLiteral("export-note"));
    setTextRole(*note_, TextRole::Muted);
    auto* browse_button = new QPushButton(tr("Browse…"));
    connect(browse_button, &QPushButton::clicked, this, &ExportForm::browse);
    auto* file = new QHBoxLayout;
    file->addWidget(path_, 1);
    file->addWidget(browse_button);
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    form->setHorizontalSpacing(kSpace3);
    form->addRow(rowLabel(tr("File")), file);
    form->addRow(rowLabel(tr("Format")), format_);
    form->addRow(rowLabel(tr("Venue")), venue_);
    addSize(*form);
    addLooks(*form);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace3);
    column->addLayout(form);
    column->addWidget(note_);
}

void ExportForm::addSize(QFormLayout& form)
{
    dpi_->setRange(50, 2400);
    dpi_->setSuffix(tr(" dpi"));
    dpi_->setToolTip(tr("Of PNG, and of maps inside PDF and SVG"));
    dpi_->setObjectName(QStringLiteral("export-dpi"));
    width_->setValue(spec_.width_mm);
    height_->setValue(spec_.heightMm());
    font_->setValue(spec_.font_pt);
    line_->setValue(spec_.line_pt);
    dpi_->setValue(int(spec_.dpi));
    auto* size = new QHBoxLayout;
    size->addWidget(width_);
    size->addWidget(new QLabel(QStringLiteral("×")));
    size->addWidget(height_);
    size->addStretch(1);
    auto* type = new QHBoxLayout;
    type->addWidget(font_);
    type->addWidget(new QLabel(tr("lines")));
    type->addWidget(line_);
    type->addStretch(1);
    form.addRow(rowLabel(tr("Size")), size);
    form.addRow(rowLabel(tr("Text")), type);
    form.addRow(rowLabel(tr("Resolution")), dpi_);
}

void ExportForm::addLooks(QFormLayout& form)
{
    title_->setText(QString::fromStdString(spec_.title));
    title_->setPlaceholderText(tr("None: the caption says it"));
    legend_->setChecked(spec_.legend);
    auto* marks = new QHBoxLayout;
    marks->addWidget(legend_);
    marks->addWidget(dark_);
    marks->addStretch(1);
    form.addRow(rowLabel(tr("Title")), title_);
    form.addRow(rowLabel(QString()), marks);
}

void ExportForm::connectForm()
{
    connect(format_, &QComboBox::currentIndexChanged, this, &ExportForm::chooseFormat);
    connect(venue_, &QComboBox::activated, this, &ExportForm::chooseVenue);
    connect(width_, &QDoubleSpinBox::valueChanged, this, [this] {
        venue_->setCurrentIndex(0);
        refreshNote();
    });
    connect(dpi_, &QSpinBox::valueChanged, this, &ExportForm::refreshNote);
    for (QDoubleSpinBox* box : {height_, font_, line_}) {
        connect(box, &QDoubleSpinBox::valueChanged, this, &ExportForm::refreshNote);
    }
    for (QCheckBox* box : {legend_, dark_}) {
        connect(box, &QCheckBox::toggled, this, &ExportForm::refreshNote);
    }
    connect(title_, &QLineEdit::textEdited, this, &ExportForm::refreshNote);
    connect(path_, &QLineEdit::textEdited, this, [this](const QString& text) {
        const int index = format_->findData(QFileInfo(text).suffix().toLower());
        if (index >= 0) {
            const QSignalBlocker silent(format_);
            format_->setCurrentIndex(index);
            refreshNote();
        }
    });
}

void ExportForm::setFigure(const FigureSpec& spec, const QString& stem)
{
    const double proportion = spec.heightMm() / spec.width_mm;
    const bool other_kind = spec.kind != spec_.kind;
    spec_ = spec;
    path_->setText(QFileInfo(path_->text()).path() + QLatin1Char('/') + stem + QLatin1Char('.') +
                   format_->currentData().toString());
    if (other_kind) {
        height_->setValue(width_->value() * proportion);
    }
    refreshNote();
}

void ExportForm::chooseVenue(int index)
{
    if (index == 0) {
        return;
    }
    const double proportion = height_->value() / width_->value();
    // The names come from venues() itself, so they are known.
    if (applyVenue(spec_, venue_->itemData(index).toString().toStdString())) {
        const QSignalBlocker silent(width_);
        width_->setValue(spec_.width_mm);
        height_->setValue(spec_.width_mm * proportion);
        font_->setValue(spec_.font_pt);
        refreshNote();
    }
}

void ExportForm::chooseFormat()
{
    const QFileInfo file(path_->text());
    path_->setText(file.path() + QLatin1Char('/') + file.completeBaseName() + QLatin1Char('.') +
                   format_->currentData().toString());
    refreshNote();
}

void ExportForm::browse()
{
    const QString chosen = QFileDialog::getSaveFileName(this, tr("Export figure"), path_->text(), QString(), nullptr,
                                                        QFileDialog::DontConfirmOverwrite);
    if (!chosen.isEmpty()) {
        path_->setText(chosen);
        chooseFormat();
    }
}

void ExportForm::refreshNote()
{
    const Format& format = kFormats[std::max(format_->currentIndex(), 0)];
    QString text = tr(format.note);
    if (!format.vector) {
        const auto pixels = [this](double mm) { return int(std::lround(mm / 25.4 * dpi_->value())); };
        text += tr(" %1 × %2 pixels.").arg(pixels(width_->value())).arg(pixels(height_->value()));
    }
    if (QFileInfo::exists(path_->text())) {
        text += tr(" The file exists and will be replaced.");
    }
    setTextRole(*note_, TextRole::Muted);
    note_->setText(text);
    Q_EMIT changed();
}

FigureSpec ExportForm::spec() const
{
    FigureSpec spec = spec_;
    spec.venue = venue_->currentIndex() > 0 ? venue_->currentData().toString().toStdString() : std::string();
    spec.width_mm = width_->value();
    spec.height_mm = height_->value();
    spec.font_pt = font_->value();
    spec.line_pt = line_->value();
    spec.dpi = dpi_->value();
    spec.title = title_->text().toStdString();
    spec.legend = legend_->isChecked();
    spec.theme = dark_->isChecked() ? ThemeKind::Dark : ThemeKind::Light;
    return spec;
}

QString ExportForm::path() const
{
    return path_->text();
}

void ExportForm::run()
{
    Q_EMIT busyChanged(true);
    setTextRole(*note_, TextRole::Muted);
    note_->setText(tr("Drawing…"));
    QDir().mkpath(QFileInfo(path()).absolutePath());
    FigureJob::start(QByteArray::fromStdString(toJson(spec()).dump()), path(), false, this,
                     [this](const core::Result<QString>& written) {
                         Q_EMIT busyChanged(false);
                         if (!written) {
                             setTextRole(*note_, TextRole::Bad);
                             note_->setText(QString::fromStdString(written.error().message));
                             return;
                         }
                         refreshNote();
                         Q_EMIT exported(*written);
                     });
}

} // namespace toeplab::widgets
