"""Which papers do the methods lines name?"""

from __future__ import annotations

from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE

REFERENCES: dict[str, str] = {
    "Altman 2011": "Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304. doi:10.1136/bmj.d2304",
    "Austin 2009": "Austin PC. Using the standardized difference to compare the prevalence of a binary variable between two groups. Commun Stat Simul Comput 2009;38:1228-1234. doi:10.1080/03610910902859574",
    "Austin 2014": "Austin PC, Steyerberg EW. Graphical assessment of internal and external calibration of logistic regression models. Stat Med 2014;33:517-535. doi:10.1002/sim.5941",
    "Austin 2019": "Austin PC, Steyerberg EW. The integrated calibration index (ICI) and related metrics. Stat Med 2019;38:4051-4065. doi:10.1002/sim.8281",
    "Benjamini 1995": "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful approach to multiple testing. J R Stat Soc B 1995;57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x",
    "Bland 2009": "Bland JM. The tyranny of power: is there a better way to calculate sample size? BMJ 2009;339:b3985. doi:10.1136/bmj.b3985",
    "Boos 1992": "Boos DD. On generalized score tests. Am Stat 1992;46:327-333. doi:10.1080/00031305.1992.10475921",
    "Boyd 2013": "Boyd K, Eng KH, Page CD. Area under the precision-recall curve: point estimates and confidence intervals. In: ECML PKDD 2013. Lect Notes Comput Sci 2013;8190:451-466. doi:10.1007/978-3-642-40994-3_29",
    "Brier 1950": "Brier GW. Verification of forecasts expressed in terms of probability. Mon Weather Rev 1950;78:1-3. doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
    "Carpenter 1999": "Carpenter J. Test inversion bootstrap confidence intervals. J R Stat Soc B 1999;61:159-172. doi:10.1111/1467-9868.00169",
    "Chung 2020": "Chung Y, Kraska T, Polyzotis N, Tae KH, Whang SE. Automated data slicing for model validation: a big data - AI integration approach. IEEE Trans Knowl Data Eng 2020;32:2284-2296. doi:10.1109/TKDE.2019.2916074",
    "Cochran 1954": "Cochran WG. The combination of estimates from different experiments. Biometrics 1954;10:101-129. doi:10.2307/3001666",
    "Cohen 1960": "Cohen J. A coefficient of agreement for nominal scales. Educ Psychol Meas 1960;20:37-46. doi:10.1177/001316446002000104",
    "Cox 1958": "Cox DR. Two further applications of a model for binary regression. Biometrika 1958;45:562-565. doi:10.1093/biomet/45.3-4.562",
    "DeLong 1988": "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver operating characteristic curves. Biometrics 1988;44:837-845. doi:10.2307/2531595",
    "Debray 2013": "Debray TPA, Moons KGM, Ahmed I, Koffijberg H, Riley RD. A framework for developing, implementing, and evaluating clinical prediction models in an individual participant data meta-analysis. Stat Med 2013;32:3158-3180. doi:10.1002/sim.5732",
    "Dodd 2003": "Dodd LE, Pepe MS. Partial AUC estimation and regression. Biometrics 2003;59:614-623. doi:10.1111/1541-0420.00071",
    "Donner 2012": "Donner A, Zou GY. Closed-form confidence intervals for functions of the normal mean and standard deviation. Stat Methods Med Res 2012;21:347-359. doi:10.1177/0962280210383082",
    "Fagerland 2013": "Fagerland MW, Lydersen S, Laake P. The McNemar test for binary matched-pairs data: mid-p and asymptotic are better than exact conditional. BMC Med Res Methodol 2013;13:91. doi:10.1186/1471-2288-13-91",
    "Fleiss 1971": "Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull 1971;76:378-382. doi:10.1037/h0031619",
    "Gwet 2008": "Gwet KL. Computing inter-rater reliability and its variance in the presence of high agreement. Br J Math Stat Psychol 2008;61:29-48. doi:10.1348/000711006X126600",
    "Hanley 1982": "Hanley JA, McNeil BJ. The meaning and use of the area under a receiver operating characteristic (ROC) curve. Radiology 1982;143:29-36. doi:10.1148/radiology.143.1.7063747",
    "Harrell 2015": "Harrell FE. Regression modeling strategies. 2nd ed. Springer 2015. doi:10.1007/978-3-319-19425-7",
    "Hilden 2014": "Hilden J, Gerds TA. A note on the evaluation of novel biomarkers: do not rely on integrated discrimination improvement and net reclassification index. Stat Med 2014;33:3405-3414. doi:10.1002/sim.5804",
    "Hillis 2007": "Hillis SL. A comparison of denominator degrees of freedom methods for multiple observer ROC analysis. Stat Med 2007;26:596-619. doi:10.1002/sim.2532",
    "Holm 1979": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65-70.",
    "Kerr 2016": "Kerr KF, Brown MD, Zhu K, Janes H. Assessing the clinical impact of risk prediction models with decision curves. J Clin Oncol 2016;34:2534-2540. doi:10.1200/JCO.2015.65.5654",
    "Korn 1998": "Korn EL, Graubard BI. Confidence intervals for proportions with small expected number of positive counts estimated from survey data. Surv Methodol 1998;24:193-201.",
    "Kruskal 1952": "Kruskal WH, Wallis WA. Use of ranks in one-criterion variance analysis. J Am Stat Assoc 1952;47:583-621. doi:10.1080/01621459.1952.10483441",
    "Liang 1986": "Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models. Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13",
    "Lopez-Paz 2017": "Lopez-Paz D, Oquab M. Revisiting classifier two-sample tests. ICLR 2017. arXiv:1610.06545",
    "McClish 1989": "McClish DK. Analyzing a portion of the ROC curve. Med Decis Making 1989;9:190-195. doi:10.1177/0272989X8900900307",
    "McInnes 2018": "McInnes L, Healy J, Melville J. UMAP: uniform manifold approximation and projection for dimension reduction. 2018. doi:10.48550/arXiv.1802.03426",
    "McNemar 1947": "McNemar Q. Note on the sampling error of the difference between correlated proportions or percentages. Psychometrika 1947;12:153-157. doi:10.1007/BF02295996",
    "Newcombe 1998": "Newcombe RG. Interval estimation for the difference between independent proportions: comparison of eleven methods. Stat Med 1998;17:873-890. doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
    "Newcombe 2016": "Newcombe RG. MOVER-R confidence intervals for ratios and products of two independently estimated quantities. Stat Methods Med Res 2016;25:1774-1778. doi:10.1177/0962280213502144",
    "Obuchowski 1995": "Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple readers and multiple tests: an ANOVA approach with dependent observations. Commun Stat Simul Comput 1995;24:285-308. doi:10.1080/03610919508813243",
    "Obuchowski 1997": "Obuchowski NA. Nonparametric analysis of clustered ROC curve data. Biometrics 1997;53:567-578. doi:10.2307/2533958",
    "Papke 1996": "Papke LE, Wooldridge JM. Econometric methods for fractional response variables with an application to 401(k) plan participation rates. J Appl Econom 1996;11:619-632. doi:10.1002/(SICI)1099-1255(199611)11:6<619::AID-JAE418>3.0.CO;2-1",
    "Pauker 1975": "Pauker SG, Kassirer JP. Therapeutic decision making: a cost-benefit analysis. N Engl J Med 1975;293:229-234. doi:10.1056/NEJM197507312930505",
    "Pencina 2008": "Pencina MJ, D'Agostino RB Sr, D'Agostino RB Jr, Vasan RS. Evaluating the added predictive ability of a new marker: from area under the ROC curve to reclassification and beyond. Stat Med 2008;27:157-172. doi:10.1002/sim.2929",
    "Pencina 2011": "Pencina MJ, D'Agostino RB Sr, Steyerberg EW. Extensions of net reclassification improvement calculations to measure usefulness of new biomarkers. Stat Med 2011;30:11-21. doi:10.1002/sim.4085",
    "Qin 2008": "Qin G, Hotilovac L. Comparison of non-parametric confidence intervals for the area under the ROC curve of a continuous-scale diagnostic test. Stat Methods Med Res 2008;17:207-221. doi:10.1177/0962280207087173",
    "Rao 1992": "Rao JNK, Scott AJ. A simple method for the analysis of clustered binary data. Biometrics 1992;48:577-585. doi:10.2307/2532311",
    "Robins 1986": "Robins J. A new approach to causal inference in mortality studies with a sustained exposure period: application to control of the healthy worker survivor effect. Math Model 1986;7:1393-1512. doi:10.1016/0270-0255(86)90088-6",
    "Shen 2025": f"Shen et al. Nat Commun 2025;16:7052. doi:{PUBLISHED_NEAR_CAPSULE.doi}",
    "Shrout 1979": "Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. Psychol Bull 1979;86:420-428. doi:10.1037/0033-2909.86.2.420",
    "Spearman 1904": "Spearman C. The proof and measurement of association between two things. Am J Psychol 1904;15:72-101. doi:10.2307/1412159",
    "Spiegelhalter 1986": "Spiegelhalter DJ. Probabilistic prediction in patient management and clinical trials. Stat Med 1986;5:421-433. doi:10.1002/sim.4780050506",
    "Steyerberg 2004": "Steyerberg EW, Borsboom GJ, van Houwelingen HC, Eijkemans MJ, Habbema JD. Validation and updating of predictive logistic regression models: a study on sample size and shrinkage. Stat Med 2004;23:2567-2586. doi:10.1002/sim.1844",
    "Tango 1998": "Tango T. Equivalence test and confidence interval for the difference in proportions for the paired-sample design. Stat Med 1998;17:891-908. doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
    "Tsamardinos 2018": "Tsamardinos I, Greasidou E, Borboudakis G. Bootstrapping the out-of-sample predictions for efficient and accurate cross-validation. Mach Learn 2018;107:1895-1922. doi:10.1007/s10994-018-5714-4",
    "Vergouwe 2017": "Vergouwe Y, et al. A closed testing procedure to select an appropriate method for updating prediction models. Stat Med 2017;36:4529-4539. doi:10.1002/sim.7179",
    "Vickers 2006": "Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making 2006;26:565-574. doi:10.1177/0272989X06295361",
    "Vickers 2008": "Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis, a novel method for evaluating diagnostic tests, prediction models and molecular markers. BMC Med Inform Decis Mak 2008;8:53. doi:10.1186/1472-6947-8-53",
    "Vittinghoff 2007": "Vittinghoff E, McCulloch CE. Relaxing the rule of ten events per variable in logistic and Cox regression. Am J Epidemiol 2007;165:710-718. doi:10.1093/aje/kwk052",
    "Welch 1951": "Welch BL. On the comparison of several mean values: an alternative approach. Biometrika 1951;38:330-336. doi:10.1093/biomet/38.3-4.330",
    "Wilson 1927": "Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953",
    "Yang 2010": "Yang Z, Sun X, Hardin JW. A note on the tests for clustered matched-pair binary data. Biom J 2010;52:638-652. doi:10.1002/bimj.201000035",
    "Yang 2012": "Yang D, Dalton JE. A unified approach to measuring the effect size between two groups using SAS. SAS Global Forum 2012, paper 335.",
    "Youden 1950": "Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35. doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3",
    "Zadrozny 2002": "Zadrozny B, Elkan C. Transforming classifier scores into accurate multiclass probability estimates. KDD 2002:694-699. doi:10.1145/775047.775151",
    "Zou 2008": "Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095",
    "Zwanenburg 2020": "Zwanenburg A, et al. The Image Biomarker Standardization Initiative: standardized quantitative radiomics for high-throughput image-based phenotyping. Radiology 2020;295:328-338. doi:10.1148/radiol.2020191145",
}
"""Full citations by author and year, in alphabetical order."""


def references(text: str) -> list[str]:
    """Full citations of the methods that a text names, in the order of their names.

    Examples
    --------
    >>> [line[:10] for line in references("AUC: DeLong 1988; shares: Wilson 1927")]
    ['DeLong ER,', 'Wilson EB.']

    """
    return [citation for name, citation in REFERENCES.items() if name in text]
