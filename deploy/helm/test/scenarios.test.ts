// One file, so that each scenario is rendered once: files may run in different processes.
import "./suites/manifests.js";
import "./suites/references.js";
import "./suites/environment.js";
import "./suites/network.js";
import "./suites/work.js";
import "./suites/operations.js";
import "./suites/schedulers.js";
