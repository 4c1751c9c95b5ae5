package io.slipstream.testkit.peers;

import org.HdrHistogram.Histogram;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.TickUnits;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.general.DatasetUtils;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.SVGUtils;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.awt.Rectangle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;

/** The results as SVG files. */
final class Pictures {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 440;
    private static final int BAR_HEIGHT = 34;
    private static final int BAR_MARGIN = 130;
    private static final String MEMORY = "memory";
    private static final double NINES_STEP = 0.05;
    private static final double MOST_NINES = 6;
    private static final Font TITLE = new Font("SansSerif", Font.BOLD, 16);
    private static final Font LABEL = new Font("SansSerif", Font.PLAIN, 13);
    private static final Color GRID = new Color(0xDD, 0xDD, 0xDD);
    private static final Color OURS = new Color(0xD6, 0x27, 0x28);
    private static final List<Color> COLORS = List.of(OURS, new Color(0x1F, 0x77, 0xB4), new Color(0x17, 0xBE, 0xCF), new Color(0x2C, 0xA0, 0x2C),
            new Color(0x98, 0xDF, 0x8A), new Color(0xFF, 0x7F, 0x0E), new Color(0x94, 0x67, 0xBD), new Color(0x8C, 0x56, 0x4B));
    private static final List<Color> BAR_COLORS = List.of(new Color(0x1F, 0x77, 0xB4), new Color(0xAE, 0xC7, 0xE8));
    private static final List<Color> OUR_BAR_COLORS = List.of(OURS, new Color(0xFF, 0x98, 0x96));
    private static final Color OTHER = new Color(0x7F, 0x7F, 0x7F);

    private final Figures figures;
    private final Settings settings;

    Pictures(final List<Result> results, final Settings settings) {
        this.figures = new Figures(results);
        this.settings = settings;
    }

    void draw() throws IOException {
        Files.createDirectories(settings.pictures());
        append();
        latency();
        pauses();
        restart();
        final String title = String.format(Locale.ROOT, "Restart of a process against the log's length: %,d live keys", settings.scalingKeys());
        scaling("length", "restart-by-length.svg", title, "updates a key", false);
        scaling("keys", "restart-by-keys.svg", "Restart of a process against live keys: compact log", "live keys", true);
    }

    private void append() throws IOException {
        final DefaultCategoryDataset bars = new DefaultCategoryDataset();
        for (final String name : Contestants.ALL) {
            final double ns = figures.median("append", name, MEMORY, "bestNetNs");
            if (ns > 0) {
                bars.addValue(1_000 / ns, "", Contestants.title(name));
            }
        }
        bars("append.svg", "Append: updates a second on one thread, net of the harness", "millions of updates a second", bars, "0.00");
    }

    private void restart() throws IOException {
        final DefaultCategoryDataset bars = new DefaultCategoryDataset();
        for (final String variant : List.of("bloated", "compact")) {
            for (final String name : Contestants.ALL) {
                final double ms = figures.median("restart", name, variant, "totalMs");
                if (ms > 0) {
                    bars.addValue(ms, variant.equals("bloated") ? String.format(Locale.ROOT, "after %,d updates", settings.updates()) : "compacted",
                            Contestants.title(name));
                }
            }
        }
        bars("restart.svg", "Restart: start of the process to 1,000 right answers", "ms", bars, "#,##0");
    }

    private void bars(final String file, final String title, final String unit, final DefaultCategoryDataset data, final String labels)
            throws IOException {
        if (data.getColumnCount() == 0) {
            return;
        }
        final boolean several = data.getRowCount() > 1;
        final JFreeChart chart = ChartFactory.createBarChart(title, null, unit, data, PlotOrientation.HORIZONTAL, several, false, false);
        final CategoryPlot plot = chart.getCategoryPlot();
        final BarRenderer renderer = new Bars();
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        renderer.setItemMargin(0.05);
        for (int i = 0; i < data.getRowCount(); i++) {
            renderer.setSeriesPaint(i, BAR_COLORS.get(i));
        }
        final NumberFormat format = new DecimalFormat(labels, DecimalFormatSymbols.getInstance(Locale.ROOT));
        renderer.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator("{2}", format));
        renderer.setDefaultItemLabelsVisible(true);
        renderer.setDefaultItemLabelFont(LABEL);
        renderer.setDefaultPositiveItemLabelPosition(new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        plot.setRenderer(renderer);
        plot.setRangeGridlinePaint(GRID);
        plot.getDomainAxis().setTickLabelFont(LABEL);
        plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.5f);
        plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
        ((NumberAxis) plot.getRangeAxis()).setTickUnit(new NumberTickUnit(tick(DatasetUtils.findMaximumRangeValue(data).doubleValue())));
        plot.getRangeAxis().setUpperMargin(0.12);
        plot.getRangeAxis().setTickLabelFont(LABEL);
        plot.getRangeAxis().setLabelFont(LABEL);
        write(file, chart, BAR_MARGIN + data.getColumnCount() * BAR_HEIGHT * (several ? 3 : 2) / 2);
    }

    // About five on an axis, at 1, 2 or 5 times a power of ten.
    private static double tick(final double largest) {
        final double power = Math.pow(10, Math.floor(Math.log10(largest / 5)));
        for (final int times : new int[] {1, 2, 5}) {
            if (power * times * 5 >= largest) {
                return power * times;
            }
        }
        return power * 10;
    }

    private static LogAxis logarithmic(final String label) {
        final LogAxis axis = new LogAxis(label);
        final TickUnits units = new TickUnits();
        units.add(new NumberTickUnit(1, new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)), 9));
        axis.setStandardTickUnits(units);
        axis.setMinorTickMarksVisible(false);
        axis.setTickLabelFont(LABEL);
        axis.setLabelFont(LABEL);
        return axis;
    }

    private void scaling(final String measure, final String file, final String title, final String label, final boolean logarithmic)
            throws IOException {
        final XYSeriesCollection lines = new XYSeriesCollection();
        final List<Color> colors = new ArrayList<>();
        for (final String name : List.of(Contestants.SLIPSTREAM, Contestants.BUFFERED)) {
            final XYSeries line = new XYSeries(Contestants.title(name));
            for (final String variant : figures.variants(measure, name)) {
                line.add(Double.parseDouble(variant), figures.median(measure, name, variant, "totalMs"));
            }
            if (!line.isEmpty()) {
                lines.addSeries(line);
                colors.add(COLORS.get(Contestants.ALL.indexOf(name)));
            }
        }
        final XYSeries opening = new XYSeries("Slipstream, opening alone");
        for (final String variant : figures.variants(measure, Contestants.SLIPSTREAM)) {
            opening.add(Double.parseDouble(variant), figures.median(measure, Contestants.SLIPSTREAM, variant, "openMs"));
        }
        lines.addSeries(opening);
        colors.add(OUR_BAR_COLORS.get(1));
        final JFreeChart chart = lines(title, label, "ms to 1,000 right answers", lines, colors, true);
        if (logarithmic) {
            chart.getXYPlot().setDomainAxis(logarithmic(label));
            final LogAxis ms = logarithmic("ms to 1,000 right answers, logarithmic");
            chart.getXYPlot().setRangeAxis(ms);
            ms.setRange(Math.max(1, ms.getLowerBound() / 10), ms.getUpperBound() * 10);
        }
        if (!opening.isEmpty()) {
            write(file, chart, HEIGHT);
        }
    }

    private void latency() throws IOException {
        final Map<String, Histogram> histograms = new LinkedHashMap<>();
        final List<Color> colors = new ArrayList<>();
        for (final Map.Entry<Integer, Histogram> entry : histograms().entrySet()) {
            final boolean timer = entry.getKey() == Contestants.ALL.size();
            histograms.put(timer ? "(the timer)" : Contestants.title(Contestants.ALL.get(entry.getKey())), entry.getValue());
            colors.add(timer ? OTHER : COLORS.get(entry.getKey()));
        }
        percentiles("latency.svg", "Latency of one update, by percentile", histograms, colors);
    }

    private void pauses() throws IOException {
        final Map<String, Histogram> histograms = new LinkedHashMap<>();
        final Map<String, String> titles =
                Map.of("compaction", "while the log is compacted", "none", "without", "spinner", "beside a thread that spins");
        final List<Color> colors = new ArrayList<>();
        for (final String beside : List.of("compaction", "none", "spinner")) {
            final Histogram sum = new Histogram(3);
            for (final Histogram histogram : decoded("pauses.*." + beside + ".hdr").values()) {
                sum.add(histogram);
            }
            if (sum.getTotalCount() > 0) {
                histograms.put(titles.get(beside), sum);
                colors.add(List.of(OURS, BAR_COLORS.get(0), OTHER).get(colors.size()));
            }
        }
        percentiles("pauses.svg", "One update at 500,000 a second, by percentile", histograms, colors);
    }

    private void percentiles(final String file, final String title, final Map<String, Histogram> histograms, final List<Color> colors)
            throws IOException {
        final XYSeriesCollection lines = new XYSeriesCollection();
        histograms.forEach((name, histogram) -> {
            final XYSeries line = new XYSeries(name);
            for (double nines = 0; nines <= MOST_NINES; nines += NINES_STEP) {
                line.add(nines, Math.max(1.0, (double) histogram.getValueAtPercentile(100 - 100 * Math.pow(10, -nines))));
            }
            lines.addSeries(line);
        });
        if (lines.getSeriesCount() == 0) {
            return;
        }
        final JFreeChart chart = lines(title, "percentile", "ns, logarithmic", lines, colors, false);
        final NumberAxis percentiles = (NumberAxis) chart.getXYPlot().getDomainAxis();
        percentiles.setTickUnit(new NumberTickUnit(1));
        percentiles.setNumberFormatOverride(new Nines());
        percentiles.setRange(0, MOST_NINES);
        chart.getXYPlot().setRangeAxis(logarithmic("ns, logarithmic"));
        write(file, chart, HEIGHT + 60);
    }

    // All rounds together, by place in the list of contestants.
    private Map<Integer, Histogram> histograms() throws IOException {
        final Map<Integer, Histogram> histograms = new TreeMap<>();
        for (final Map.Entry<String, Histogram> entry : decoded("latency.*.hdr").entrySet()) {
            final String name = entry.getKey().split("\\.")[1];
            if (name.equals(Contestants.FLOOR)) {
                continue;
            }
            final int place = name.equals(Contestants.EMPTY) ? Contestants.ALL.size() : Contestants.ALL.indexOf(name);
            histograms.merge(place, entry.getValue(), (sum, added) -> {
                sum.add(added);
                return sum;
            });
        }
        return histograms;
    }

    // By file name.
    private Map<String, Histogram> decoded(final String files) throws IOException {
        final Map<String, Histogram> histograms = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(settings.results(), files)) {
            for (final Path file : found) {
                histograms.put(file.getFileName().toString(), Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Files.readAllBytes(file)), 1));
            }
        } catch (final DataFormatException e) {
            throw new IOException(e);
        }
        return histograms;
    }

    private static JFreeChart lines(
            final String title, final String xLabel, final String yLabel, final XYSeriesCollection data, final List<Color> colors,
            final boolean points) {
        final JFreeChart chart = ChartFactory.createXYLineChart(title, xLabel, yLabel, data, PlotOrientation.VERTICAL, true, false, false);
        final XYPlot plot = chart.getXYPlot();
        final XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, points);
        renderer.setDrawSeriesLineAsPath(true);
        for (int i = 0; i < colors.size(); i++) {
            renderer.setSeriesPaint(i, colors.get(i));
            renderer.setSeriesStroke(i, new BasicStroke(colors.get(i).equals(OURS) ? 3f : 1.8f));
        }
        plot.setRenderer(renderer);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.getDomainAxis().setTickLabelFont(LABEL);
        plot.getDomainAxis().setLabelFont(LABEL);
        plot.getRangeAxis().setTickLabelFont(LABEL);
        plot.getRangeAxis().setLabelFont(LABEL);
        return chart;
    }

    private void write(final String file, final JFreeChart chart, final int height) throws IOException {
        chart.setBackgroundPaint(Color.WHITE);
        chart.getPlot().setBackgroundPaint(Color.WHITE);
        chart.getPlot().setOutlineVisible(false);
        chart.setPadding(new RectangleInsets(8, 8, 8, 16));
        chart.getTitle().setFont(TITLE);
        if (chart.getLegend() != null) {
            chart.getLegend().setItemFont(LABEL);
            chart.getLegend().setFrame(BlockBorder.NONE);
        }
        final SVGGraphics2D graphics = new SVGGraphics2D(WIDTH, height);
        graphics.setDefsKeyPrefix(file.replace(".svg", ""));
        chart.draw(graphics, new Rectangle(WIDTH, height));
        SVGUtils.writeToSVG(settings.pictures().resolve(file).toFile(), graphics.getSVGElement());
    }

    /** Ours stand out. */
    private static final class Bars extends BarRenderer {
        private static final long serialVersionUID = 1;

        @Override
        public Paint getItemPaint(final int row, final int column) {
            return column == 0 ? OUR_BAR_COLORS.get(row) : super.getItemPaint(row, column);
        }
    }

    /** Shows 0, 1, 2, 3, 4 as 0 %, 90 %, 99 %, 99.9 %, 99.99 %. */
    private static final class Nines extends NumberFormat {
        private static final long serialVersionUID = 1;

        @Override
        public StringBuffer format(final double number, final StringBuffer to, final FieldPosition position) {
            final int nines = (int) Math.round(number);
            if (nines == 0) {
                return to.append("0 %");
            }
            to.append("9".repeat(Math.min(nines, 2))).append(nines == 1 ? "0" : "");
            return to.append(nines > 2 ? "." : "").append("9".repeat(Math.max(0, nines - 2))).append(" %");
        }

        @Override
        public StringBuffer format(final long number, final StringBuffer to, final FieldPosition position) {
            return format((double) number, to, position);
        }

        @Override
        public Number parse(final String text, final ParsePosition position) {
            throw new UnsupportedOperationException("labels are never read");
        }
    }
}
