//! A plan moves between machines; what it names is found again, or told to be missing or changed.

use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, stretch};

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &["1.mp4", "2.mp4"], &slots),
    );
    project
}

fn move_to(project: &Project, from: &str, folder: &str, to: &str) {
    std::fs::create_dir_all(project.path(folder)).unwrap();
    let to = project.path(folder).join(to);
    std::fs::rename(project.path(from), to).unwrap();
}

fn wanted() -> Vec<Option<suite::frame_code::Code>> {
    stretch(1, 0, 10).chain(stretch(2, 0, 10)).collect()
}

#[test]
fn a_clip_that_changed_since_planning_is_named() {
    let project = project();
    std::fs::copy(project.path("3.mp4"), project.path("2.mp4")).unwrap();
    project.render().expect(66).says("2.mp4").says("changed");
    assert!(!project.path("film.mp4").exists());
}

#[test]
fn every_missing_clip_is_named() {
    let project = project();
    std::fs::remove_file(project.path("1.mp4")).unwrap();
    std::fs::remove_file(project.path("2.mp4")).unwrap();
    project.render().expect(66).says("1.mp4").says("2.mp4");
}

#[test]
fn a_clip_is_found_by_name_in_a_media_folder() {
    let project = project();
    move_to(&project, "2.mp4", "elsewhere/deep", "2.mp4");
    project.render().expect(66).says("2.mp4");
    let folder = project.path("elsewhere");
    project
        .render_with(&["--media-dir", folder.to_str().unwrap()], &[])
        .expect(0);
    assert_eq!(project.codes(), wanted());
}

#[test]
fn a_renamed_clip_is_found_by_its_contents() {
    let project = project();
    move_to(&project, "2.mp4", "elsewhere", "holiday (1).mp4");
    // Another file of the old name must not be taken for it.
    std::fs::copy(project.path("3.mp4"), project.path("elsewhere/2.mp4")).unwrap();
    let folder = project.path("elsewhere");
    project
        .render_with(&["--media-dir", folder.to_str().unwrap()], &[])
        .expect(0);
    assert_eq!(project.codes(), wanted());
}

#[test]
fn a_plan_works_from_any_folder() {
    let project = project();
    let output = suite::program::command([
        "render".as_ref(),
        project.path("plan.json").as_os_str(),
        "-o".as_ref(),
        project.path("film.mp4").as_os_str(),
    ])
    .current_dir("/")
    .output()
    .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(project.codes(), wanted());
}
